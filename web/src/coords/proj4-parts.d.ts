// The two parts of proj4 that the map needs; the package types only its whole.
declare module 'proj4/lib/core' {
  export interface Converter {
    forward(xy: [number, number]): [number, number];
    inverse(xy: [number, number]): [number, number];
  }
  export default function proj4(from: string, to: string): Converter;
}
declare module 'proj4/lib/Proj' {
  const Proj: { projections: { add(projection: unknown): unknown } };
  export default Proj;
}
declare module 'proj4/lib/projections/etmerc' {
  const etmerc: unknown;
  export default etmerc;
}
