"""The value of a setting after an update that omits it.

None means that the setting is removed. Settings that aren't listed are removed too.
An update keeps names, which have no default, the pool's tier and its dynamic client
registration (KEPT).
"""

KEPT = {"Name", "ClientName", "UserPoolTier", "DcrConfiguration"}

# Only SetUserPoolMfaConfig sets these members. The emulator stores them with the pool.
KEPT |= {
    "EmailMfaConfiguration",
    "SmsMfaConfiguration",
    "SoftwareTokenMfaConfiguration",
    "WebAuthnConfiguration",
}

# The names of the authentication levels. A description also has them if they were never set.
ACR_NAMES = {f"Level{level}": {"AcrValue": f"urn:cognito:loa:{level}"} for level in range(1, 5)}

# Only Cognito sets it, while Secrets Manager keeps the secret of an app client.
KEPT |= {"ClientSecretArn"}

DEFAULTS = {
    "pool": {
        "AcrConfiguration": ACR_NAMES,
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "TemporaryPasswordValidityDays": 7,
            }
        },
        "AutoVerifiedAttributes": [],
        "SmsVerificationMessage": "",
        "EmailVerificationMessage": "",
        "EmailVerificationSubject": "",
        "SmsAuthenticationMessage": "",
        "MfaConfiguration": "OFF",
        "DeviceConfiguration": None,
        "EmailConfiguration": {},
        "SmsConfiguration": {},
        "UserPoolTags": {},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7},
        "UserPoolAddOns": None,
        "VerificationMessageTemplate": None,
        "AccountRecoverySetting": {},
        "LambdaConfig": {},
        "UserAttributeUpdateSettings": None,
        "DeletionProtection": "INACTIVE",
    },
    "client": {
        "RefreshTokenValidity": 30,
        "AccessTokenValidity": None,
        "IdTokenValidity": None,
        "TokenValidityUnits": {},
        "ReadAttributes": [],
        "WriteAttributes": [],
        "ExplicitAuthFlows": [],
        "SupportedIdentityProviders": [],
        "CallbackURLs": [],
        "LogoutURLs": [],
        "DefaultRedirectURI": "",
        "AllowedOAuthFlows": [],
        "AllowedOAuthScopes": [],
        "AllowedOAuthFlowsUserPoolClient": False,
        "AnalyticsConfiguration": None,
        "PreventUserExistenceErrors": "LEGACY",
        "EnableTokenRevocation": True,
        "EnablePropagateAdditionalUserContextData": False,
        "AuthSessionValidity": 3,
    },
}
