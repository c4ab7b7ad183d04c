/**
 * Folds text for search as `city::text::fold` does: lower case, no accents, đ as d. NFD leaves đ
 * alone, so it is mapped by name.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
