// Prints who a profile is: whoami PROFILE [SECONDS THAT ITS PROGRAM MAY TAKE]
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	patience := processcreds.DefaultTimeout
	if len(os.Args) > 2 {
		seconds, err := strconv.Atoi(os.Args[2])
		if err != nil {
			panic(err)
		}
		patience = time.Duration(seconds) * time.Second
	}
	arn, err := whoAmI(context.Background(), os.Args[1], patience)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(arn)
}

func whoAmI(ctx context.Context, profile string, patience time.Duration) (string, error) {
	// Versions before AWS_ENDPOINT_URL have to be told where AWS is; the client that takes a role is told too.
	endpoint := func(service, region string, options ...interface{}) (aws.Endpoint, error) {
		return aws.Endpoint{URL: os.Getenv("AWS_ENDPOINT_URL"), SigningRegion: region}, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile),
		config.WithProcessCredentialOptions(func(options *processcreds.Options) { options.Timeout = patience }),
		config.WithEndpointResolverWithOptions(aws.EndpointResolverWithOptionsFunc(endpoint)))
	if err != nil {
		return "", err
	}
	identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	return *identity.Arn, nil
}
