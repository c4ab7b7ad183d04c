/** Ensembles that the form offers: the scenario with something more or less, run beside it. */

/** Ways of `scenario.ensemble` by name. */
const WAYS = {
  rain: [{ name: 'Mưa × 0,8', rain: 0.8 }, { name: 'Mưa × 1,2', rain: 1.2 }, { name: 'Mưa × 1,5', rain: 1.5, weight: 0.5 }],
  tide: [{ name: 'Biên − 0,2 m', tide_m: -0.2 }, { name: 'Biên + 0,2 m', tide_m: 0.2 }, { name: 'Biên + 0,4 m', tide_m: 0.4, weight: 0.5 }],
  manning: [{ name: 'Nhám × 0,7', manning: 0.7 }, { name: 'Nhám × 1,4', manning: 1.4 }],
} as const;

export type EnsembleWay = keyof typeof WAYS;
export const ENSEMBLE_WAYS = Object.keys(WAYS) as EnsembleWay[];

/** Which of the ways it is; `own` where somebody wrote another. */
export function ensembleWay(members: readonly unknown[]): 'none' | 'own' | EnsembleWay {
  if (!members.length) return 'none';
  const plain = JSON.stringify(members);
  return ENSEMBLE_WAYS.find((way) => JSON.stringify(WAYS[way]) === plain) ?? 'own';
}

/** The members of a way. */
export function membersOf(way: 'none' | EnsembleWay): readonly unknown[] {
  return way === 'none' ? [] : WAYS[way];
}
