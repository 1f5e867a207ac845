/** A fenced block of a page in Markdown. */
export type CodeBlock = {
  /** What stands behind the opening fence: the language, and marks after it. */
  readonly info: string;
  readonly code: string;
  /** Line of the opening fence, counted from 1. */
  readonly line: number;
};

/**
 * Finds the fenced blocks of a page.
 *
 * @param language - Only blocks of this language.
 */
export function codeBlocks(markdown: string, language?: string): CodeBlock[] {
  const fences = markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm);
  const blocks = [...fences].map(({ 1: info = '', 2: code = '', index }) => {
    return { info, code, line: markdown.slice(0, index).split('\n').length };
  });
  return blocks.filter(({ info }) => language === undefined || info.split(' ')[0] === language);
}
