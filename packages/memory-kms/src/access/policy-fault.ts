/**
 * Why a text is not a policy. The engine answers with it as MalformedPolicyDocumentException; for IAM policies of the
 * configuration it is the error itself. The texts are ours: AWS's vary and are not recorded.
 */
export class PolicyFault extends Error {
  override readonly name: string = 'PolicyFault';
}
