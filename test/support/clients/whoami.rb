# Prints who a profile is: whoami.rb PROFILE
require "aws-sdk-core"

# Versions before AWS_ENDPOINT_URL have to be told where AWS is; set here, the client that takes a role is told too.
Aws.config.update(profile: ARGV.fetch(0), endpoint: ENV.fetch("AWS_ENDPOINT_URL"))
puts Aws::STS::Client.new.get_caller_identity.arn
