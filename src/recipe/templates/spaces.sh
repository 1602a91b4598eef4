#!/bin/sh
# Makes a Space of DigitalOcean, and publishes STATIC_ROOT to it. Turn on its CDN in the control
# panel.
#
#     pip install awscli
#
# Change the first two lines. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are those of a key for
# Spaces. The settings of Django then have
# STATIC_URL = "https://my-space.fra1.cdn.digitaloceanspaces.com{{ static_url.path|raw }}".
set -e
SPACE=my-space
ENDPOINT=https://fra1.digitaloceanspaces.com
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
PREFIX={{ static_url.path[1:-1] }}

aws --endpoint-url "$ENDPOINT" s3 mb "s3://$SPACE"
# Browsers load fonts and modules of another host only with this.
aws --endpoint-url "$ENDPOINT" s3api put-bucket-cors --bucket "$SPACE" --cors-configuration '{
    "CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 3600}]
}'

# From here on at each deployment, before the new code starts.
staticc collect --noinput
staticc publish "s3://$SPACE/$PREFIX" \
    --set "staticc.publish.endpoint='$ENDPOINT'" --set 'staticc.publish.acl="public-read"'
