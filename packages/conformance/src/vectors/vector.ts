// The manifest of the message vectors, as its README lays it out.

/** One message written by another implementation, with what a reader must make of it. */
export type Vector = {
  /** `<set>/<name>`, unique. */
  readonly id: string;
  /** Path of the message. */
  readonly message: string;
  /** `"0x0014"` to `"0x0578"`. */
  readonly suite: string;
  readonly framing: {
    readonly type: 'framed' | 'non-framed';
    readonly frameLength: number;
    /** Encrypted pieces: 1 if non-framed. */
    readonly frames: number;
    /** Bytes of plaintext in the last piece; can be 0. */
    readonly finalLength: number;
  };
  readonly keyring: VectorKeyring;
  readonly cmm:
    | { readonly kind: 'default' }
    | { readonly kind: 'required-encryption-context'; readonly requiredKeys: readonly string[] };
  /** Pairs that the caller must reproduce. */
  readonly encryptionContext: Readonly<Record<string, string>> | null;
  /** Pairs in the header, `aws-crypto-public-key` included. */
  readonly storedEncryptionContext: Readonly<Record<string, string>>;
  /** Provider ids, in order. */
  readonly encryptedDataKeys: readonly string[];
  readonly expect: 'plaintext' | 'reject' | 'parse-only';
  /** Path of the plaintext, also where it can only be used to check lengths. */
  readonly plaintext: string | null;
  readonly reason: null | 'commitment-mismatch' | 'needs-aws-kms';
  /** Base64. */
  readonly knownAnswers?: {
    readonly messageId: string;
    readonly commitment: string;
    readonly contentEncryptionKey: string | null;
  };
};

/** How to get a vector's data key; names of keys are those of `keys.json`. */
export type VectorKeyring =
  | { readonly kind: 'raw-aes'; readonly namespace: string; readonly name: string; readonly key: string }
  | VectorRsaKeyring
  | VectorEcdhKeyring
  | {
      readonly kind: 'hierarchical';
      readonly branchKeyId: string;
      readonly branchKeyVersion: string;
      readonly key: string;
    }
  | { readonly kind: 'multi'; readonly generator: VectorKeyring | null; readonly children: readonly VectorKeyring[] }
  | { readonly kind: 'given-data-key'; readonly dataKey: string }
  | { readonly kind: `aws-kms${string}` };

export type VectorRsaKeyring = {
  readonly kind: 'raw-rsa';
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  readonly padding: 'pkcs1' | 'oaep';
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
};

export type VectorEcdhKeyring = {
  readonly kind: 'raw-ecdh';
  readonly curve: 'P-256' | 'P-384' | 'P-521';
} & (
  | {
      readonly schema: 'private-key-to-static-public-key';
      readonly senderPrivateKey: string;
      readonly recipientPublicKey: string;
    }
  | {
      readonly schema: 'public-key-discovery';
      readonly recipientPrivateKey: string;
      readonly sender: 'static' | 'ephemeral';
    }
);

/** One published test key. */
export type VectorKey = {
  readonly type: 'symmetric' | 'branch-key' | 'rsa-private' | 'rsa-public' | 'ec-private' | 'ec-public';
  readonly encoding: 'base64' | 'pem' | 'base64-der';
  readonly material: string;
};
