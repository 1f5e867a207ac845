// The texts of AccessDeniedException. Source: IAM User Guide, "Troubleshoot access denied error messages"; the hidden
// form as seen in public reports of KMS.

import type { AccessRequest } from '../engine/access-request.ts';

/** The ARN a request is about; `*` where no resource is in play. */
export function resourceArnOf(request: AccessRequest): string {
  return request.resource.kind === 'none' ? '*' : request.resource.arn;
}

/** A Deny statement matched. */
export function explicitDenyMessage(request: AccessRequest, layer: string): string {
  return `${subject(request)} on resource: ${resourceArnOf(request)} with an explicit deny in ${article(layer)} ${layer}`;
}

/** Nothing allowed it, and this kind of policy should have. */
export function implicitDenyMessage(request: AccessRequest, layer: string): string {
  return `${subject(request)} on resource: ${resourceArnOf(request)} because no ${layer} allows the ${request.action} action`;
}

/** What a stranger is told: not even whether the key exists. */
export function hiddenMessage(request: AccessRequest): string {
  return (
    `${subject(request)} on this resource because the resource does not exist in this Region, ` +
    'no resource-based policies allow access, or a resource-based policy explicitly denies access'
  );
}

function subject(request: AccessRequest): string {
  return `User: ${request.caller.principal} is not authorized to perform: ${request.action}`;
}

function article(layer: string): string {
  return layer.startsWith('identity') ? 'an' : 'a';
}
