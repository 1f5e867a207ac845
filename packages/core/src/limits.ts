// Every bound of the format and of this implementation, with its source. Lengths are in bytes.

/** IV of AES-GCM in every suite. */
export const IV_LENGTH = 12;
/** Authentication tag of AES-GCM in every suite. */
export const TAG_LENGTH = 16;
/** Frame length when the caller gives none: 64 KiB, where the specification's default is 4,096. */
export const DEFAULT_FRAME_LENGTH = 65_536;
/** Largest frame length: the header stores it in 32 bits. */
export const MAX_FRAME_LENGTH: number = 2 ** 32 - 1;
/** Most frames in a message: sequence numbers have 32 bits and start at 1. */
export const MAX_FRAMES: number = 2 ** 32 - 1;
/** Largest content of a non-framed message: the limit of one AES-GCM invocation (NIST SP 800-38D, section 5.2.1.1). */
export const MAX_NON_FRAMED_LENGTH: number = 2 ** 36 - 32;
/** Largest key, value or serialized whole of an encryption context, provider id, provider info or wrapped key. */
export const MAX_FIELD_LENGTH = 65_535;
/** Most encrypted data keys accepted in a header unless the caller says otherwise. */
export const DEFAULT_MAX_ENCRYPTED_DATA_KEYS = 100;
/** Longest header accepted unless the caller says otherwise: 1 MiB. */
export const DEFAULT_MAX_HEADER_LENGTH = 1_048_576;
/** Longest frame (or non-framed body) that a decrypting stream holds unless the caller says otherwise: 64 MiB. */
export const DEFAULT_MAX_STREAM_FRAME_LENGTH = 67_108_864;
