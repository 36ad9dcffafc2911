#!/usr/bin/env bash
# The commands of the migration guides as an AWS CLI script. `guide.sh create` deploys in empty
# accounts. `guide.sh again` checks that everything is deployed and in sync. Environment variables
# specify the user pools, the app clients and the zip file.
set -euo pipefail

aws=(aws --output json)
old=(--profile old)
new=(--profile new)
access=cognito-access-role
lambda=cognito-migration-lambda
policy=$lambda-policy
logs=/aws/lambda/$lambda

# The members of a Describe response that the Update call accepts. It resets omitted members.
client_members='["UserPoolId","ClientId","ClientName","RefreshTokenValidity","AccessTokenValidity","IdTokenValidity","TokenValidityUnits","ReadAttributes","WriteAttributes","ExplicitAuthFlows","SupportedIdentityProviders","CallbackURLs","LogoutURLs","DefaultRedirectURI","AllowedOAuthFlows","AllowedOAuthScopes","AllowedOAuthFlowsUserPoolClient","AnalyticsConfiguration","PreventUserExistenceErrors","EnableTokenRevocation","EnablePropagateAdditionalUserContextData","AuthSessionValidity","RefreshTokenRotation"]'
pool_members='["Policies","DeletionProtection","LambdaConfig","AutoVerifiedAttributes","SmsVerificationMessage","EmailVerificationMessage","EmailVerificationSubject","VerificationMessageTemplate","SmsAuthenticationMessage","UserAttributeUpdateSettings","MfaConfiguration","DeviceConfiguration","EmailConfiguration","SmsConfiguration","UserPoolTags","AdminCreateUserConfig","UserPoolAddOns","AccountRecoverySetting","UserPoolTier"]'

with_flow() {
  python3 -c 'import json, sys
client = {k: v for k, v in json.load(sys.stdin).items() if v not in ("", {}) and k in json.loads(sys.argv[2])}
client["ExplicitAuthFlows"] = sorted({*client.get("ExplicitAuthFlows", []), sys.argv[1]})
print(json.dumps(client))' "$1" "$client_members"
}
with_trigger() {
  python3 -c 'import json, sys
pool = {k: v for k, v in json.load(sys.stdin).items() if v not in ("", {}) and k in json.loads(sys.argv[3])}
pool.get("AdminCreateUserConfig", {}).pop("UnusedAccountValidityDays", None)
pool["UserPoolId"] = sys.argv[1]
pool["LambdaConfig"] = pool.get("LambdaConfig", {}) | {"UserMigration": sys.argv[2]}
print(json.dumps(pool))' "$NEW_POOL" "$1" "$pool_members"
}
wants() { # name, actual value, expected part of it
  [[ $2 == *"$3"* ]] || { echo "$1 has drifted" >&2; exit 1; }
}

old_account=$("${aws[@]}" "${old[@]}" sts get-caller-identity --query Account --output text)
new_account=$("${aws[@]}" "${new[@]}" sts get-caller-identity --query Account --output text)
old_region=${OLD_POOL%%_*}
new_region=${NEW_POOL%%_*}
access_arn=arn:aws:iam::$old_account:role/$access
lambda_arn=arn:aws:iam::$new_account:role/$lambda
policy_arn=arn:aws:iam::$new_account:policy/$policy
function_arn=arn:aws:lambda:$new_region:$new_account:function:$lambda
old_pool_arn=arn:aws:cognito-idp:$old_region:$old_account:userpool/$OLD_POOL
new_pool_arn=arn:aws:cognito-idp:$new_region:$new_account:userpool/$NEW_POOL
access_policy="{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"cognito-idp:AdminInitiateAuth\",\"cognito-idp:AdminGetUser\"],\"Resource\":\"$old_pool_arn\"}]}"
lambda_policy="{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"$access_arn\"},{\"Effect\":\"Allow\",\"Action\":[\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":\"arn:aws:logs:$new_region:$new_account:log-group:$logs:*\"}]}"
lambda_trust='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'

client_of() { # profile, pool, app client
  "${aws[@]}" --profile "$1" cognito-idp describe-user-pool-client --user-pool-id "$2" --client-id "$3" --query UserPoolClient
}
pool_of_new() {
  "${aws[@]}" "${new[@]}" cognito-idp describe-user-pool --user-pool-id "$NEW_POOL" --query UserPool
}

create() {
  local external_id client pool
  external_id=$(python3 -c 'import secrets; print(secrets.token_hex(32))')
  access_trust="{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::$new_account:root\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{\"ArnEquals\":{\"aws:PrincipalArn\":\"$lambda_arn\"},\"StringEquals\":{\"sts:ExternalId\":\"$external_id\"}}}]}"
  "${aws[@]}" "${old[@]}" iam create-role --role-name $access --assume-role-policy-document "$access_trust"
  "${aws[@]}" "${old[@]}" iam put-role-policy --role-name $access --policy-name $access --policy-document "$access_policy"
  client=$(client_of old "$OLD_POOL" "$OLD_CLIENT")
  "${aws[@]}" "${old[@]}" cognito-idp update-user-pool-client \
    --cli-input-json "$(with_flow ALLOW_ADMIN_USER_PASSWORD_AUTH <<<"$client")"
  "${aws[@]}" "${new[@]}" logs create-log-group --log-group-name $logs
  "${aws[@]}" "${new[@]}" logs put-retention-policy --log-group-name $logs --retention-in-days 30
  "${aws[@]}" "${new[@]}" iam create-policy --policy-name $policy --policy-document "$lambda_policy"
  "${aws[@]}" "${new[@]}" iam create-role --role-name $lambda --assume-role-policy-document "$lambda_trust"
  "${aws[@]}" "${new[@]}" iam attach-role-policy --role-name $lambda --policy-arn "$policy_arn"
  until "${aws[@]}" "${new[@]}" lambda create-function --function-name $lambda --role "$lambda_arn" \
    --runtime provided.al2023 --handler bootstrap --architectures "$ARCHITECTURE" \
    --memory-size 256 --timeout 5 --zip-file "fileb://$ZIP" \
    --environment "{\"Variables\":{\"OLD_EXTERNAL_ID\":\"$external_id\",\"OLD_ROLE_ARN\":\"$access_arn\",\"OLD_USER_POOL_ID\":\"$OLD_POOL\",\"OLD_USER_POOL_REGION\":\"$old_region\",\"OLD_CLIENT_ID\":\"$OLD_CLIENT\",\"NEW_USER_POOL_ID\":\"$NEW_POOL\"}}"
  do sleep 5; done
  "${aws[@]}" "${new[@]}" lambda wait function-active-v2 --function-name $lambda
  "${aws[@]}" "${new[@]}" lambda add-permission --function-name $lambda --statement-id cognito \
    --action lambda:InvokeFunction --principal cognito-idp.amazonaws.com \
    --source-arn "$new_pool_arn" --source-account "$new_account"
  client=$(client_of new "$NEW_POOL" "$NEW_CLIENT")
  "${aws[@]}" "${new[@]}" cognito-idp update-user-pool-client \
    --cli-input-json "$(with_flow ALLOW_USER_PASSWORD_AUTH <<<"$client")"
  pool=$(pool_of_new)
  "${aws[@]}" "${new[@]}" cognito-idp update-user-pool --cli-input-json "$(with_trigger "$function_arn" <<<"$pool")"
}

again() {
  local sha256
  sha256=$(python3 -c 'import base64, hashlib, sys
print(base64.b64encode(hashlib.sha256(open(sys.argv[1], "rb").read()).digest()).decode())' "$ZIP")
  wants "the access role" "$("${aws[@]}" "${old[@]}" iam get-role --role-name $access)" "$lambda_arn"
  wants "its policy" "$("${aws[@]}" "${old[@]}" iam get-role-policy --role-name $access --policy-name $access)" "$old_pool_arn"
  wants "the old app client" "$(client_of old "$OLD_POOL" "$OLD_CLIENT")" ALLOW_ADMIN_USER_PASSWORD_AUTH
  wants "the log group" "$("${aws[@]}" "${new[@]}" logs describe-log-groups --log-group-name-prefix $logs)" '"retentionInDays": 30'
  local version
  version=$("${aws[@]}" "${new[@]}" iam get-policy --policy-arn "$policy_arn" --query Policy.DefaultVersionId --output text)
  wants "the policy" "$("${aws[@]}" "${new[@]}" iam get-policy-version --policy-arn "$policy_arn" --version-id "$version")" "$access_arn"
  wants "the Lambda's role" "$("${aws[@]}" "${new[@]}" iam get-role --role-name $lambda)" lambda.amazonaws.com
  wants "the attached policy" "$("${aws[@]}" "${new[@]}" iam list-attached-role-policies --role-name $lambda)" "$policy_arn"
  wants "the function" "$("${aws[@]}" "${new[@]}" lambda get-function --function-name $lambda)" "$sha256"
  wants "its permission" "$("${aws[@]}" "${new[@]}" lambda get-policy --function-name $lambda)" "$new_pool_arn"
  wants "the new app client" "$(client_of new "$NEW_POOL" "$NEW_CLIENT")" ALLOW_USER_PASSWORD_AUTH
  wants "the new pool" "$(pool_of_new)" "$function_arn"
}

"$1"
