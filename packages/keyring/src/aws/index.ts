// @waxseal/keyring/aws: the AWS SDK as a supplier of KMS clients. Needs the optional peer @aws-sdk/client-kms.

export { type AwsKmsSupplier, awsKms } from './aws-kms.ts';
