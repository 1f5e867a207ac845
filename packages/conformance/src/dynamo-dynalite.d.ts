/** dynalite comes without types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Makes a server that speaks DynamoDB's protocol; its tables live in memory. */
  function dynalite(options?: { readonly createTableMs?: number; readonly deleteTableMs?: number }): Server;
  export = dynalite;
}
