/** better-auth's field names, and ours in prisma/schema.prisma. */
const made = { createdAt: "created_at", updatedAt: "updated_at" } as const;

export const userColumns = { ...made, emailVerified: "email_verified" } as const;
export const sessionColumns = {
  ...made,
  expiresAt: "expires_at",
  ipAddress: "ip_address",
  userAgent: "user_agent",
  userId: "user_id",
} as const;
export const accountColumns = {
  ...made,
  accountId: "account_id",
  providerId: "provider_id",
  userId: "user_id",
  accessToken: "access_token",
  refreshToken: "refresh_token",
  idToken: "id_token",
  accessTokenExpiresAt: "access_token_expires_at",
  refreshTokenExpiresAt: "refresh_token_expires_at",
} as const;
export const verificationColumns = { ...made, expiresAt: "expires_at" } as const;
