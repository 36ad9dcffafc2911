"""What a setting is when an update leaves it out.

None is "not there any more", and so is every setting that is not listed. What is
kept instead of reset: names, which have no default, and the pool's tier.
"""

KEPT = {"Name", "ClientName", "UserPoolTier"}

# Set by SetUserPoolMfaConfig alone, and kept by the emulator in the same place.
KEPT |= {
    "EmailMfaConfiguration",
    "SmsMfaConfiguration",
    "SoftwareTokenMfaConfiguration",
    "WebAuthnConfiguration",
}

DEFAULTS = {
    "pool": {
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
