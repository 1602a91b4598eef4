#!/bin/sh
# Makes a bucket of S3 that everybody may read, and publishes STATIC_ROOT to it. In production, put
# CloudFront in front of a private bucket instead: staticc recipe cloudfront.
#
#     pip install awscli
#
# Change the first two lines. Credentials come from the environment or from a profile of AWS. The
# settings of Django then have
# STATIC_URL = "https://BUCKET.s3.REGION.amazonaws.com{{ static_url.path|raw }}".
set -e
BUCKET=my-bucket
export AWS_REGION="${AWS_REGION:-eu-central-1}" AWS_DEFAULT_REGION="${AWS_REGION:-eu-central-1}"
PREFIX={{ static_url.path[1:-1] }}

aws s3 mb "s3://$BUCKET"
aws s3api delete-public-access-block --bucket "$BUCKET"
aws s3api put-bucket-policy --bucket "$BUCKET" --policy '{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::'"$BUCKET/$PREFIX"'/*"
    }]
}'
# Browsers load fonts and modules of another host only with this.
aws s3api put-bucket-cors --bucket "$BUCKET" --cors-configuration '{
    "CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 3600}]
}'

# From here on at each deployment, before the new code starts.
staticc collect --noinput
staticc publish "s3://$BUCKET/$PREFIX"
