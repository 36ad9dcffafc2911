// The handler of the migration guides. It creates new clients for every event, and makes one call
// after another.
import {
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

const env = process.env;

async function oldPool() {
  const sts = new STSClient({});
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: env.OLD_ROLE_ARN,
      RoleSessionName: "migration",
      ExternalId: env.OLD_EXTERNAL_ID,
    }),
  );
  return new CognitoIdentityProviderClient({
    region: env.OLD_USER_POOL_REGION,
    credentials: {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    },
  });
}

export async function handler(event) {
  if (event.triggerSource !== "UserMigration_Authentication") {
    return event;
  }
  const cognito = await oldPool();
  await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId: env.OLD_USER_POOL_ID,
      ClientId: env.OLD_CLIENT_ID,
      AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: event.userName, PASSWORD: event.request.password },
    }),
  );
  const user = await cognito.send(
    new AdminGetUserCommand({ UserPoolId: env.OLD_USER_POOL_ID, Username: event.userName }),
  );
  const attributes = user.UserAttributes.filter(({ Name }) => Name !== "sub");
  event.response.userAttributes = Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));
  event.response.finalUserStatus = "CONFIRMED";
  event.response.messageAction = "SUPPRESS";
  return event;
}
