export { awsKms } from '@waxseal/keyring/aws';
