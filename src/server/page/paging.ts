// Long lists a page at a time. Pure.

/** Rows of a page. */
export const PAGE_SIZE = 50;

export interface Paging {
  /** `51 to 100 of`, empty when all are on the page. */
  readonly stretch: string;
  /** Addresses of the neighbours, empty without one. */
  readonly previous: string;
  readonly next: string;
}

/** @param urlOf the address of the page that begins at a row */
export function paging(
  { offset, shown, total }: {
    readonly offset: number;
    readonly shown: number;
    readonly total: number;
  },
  urlOf: (offset: number) => string,
): Paging {
  const last = offset + shown;
  return {
    stretch: shown === 0 || shown === total ? "" : `${offset + 1} to ${last} of`,
    // From behind the end, back to the last page.
    previous: offset > 0 ? urlOf(Math.max(0, Math.min(offset, total) - PAGE_SIZE)) : "",
    next: shown > 0 && last < total ? urlOf(last) : "",
  };
}
