/** What the server's styles promise to MapLibre and whoever reads its styles. */

import assert from 'node:assert/strict';

import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';

export const STYLE_TESTS = {
  async 'every style holds to the style specification of MapLibre'(visit, town) {
    const read = async (path) => {
      const answer = await fetch(`${town.url}${path}`, { headers: { Accept: 'application/json' } });
      assert.ok(answer.ok, `${path}: ${answer.status}`);
      return answer.json();
    };
    const { collections } = await read('collections?f=json');
    const paths = [];
    for (const holder of ['styles', ...collections.map(({ id }) => `collections/${id}/styles`)]) {
      const { styles } = await read(`${holder}?f=json`);
      paths.push(...styles.map(({ id }) => `${holder}/${id}?f=mapbox`));
    }
    assert.ok(paths.length > collections.length, 'the city and each collection has a style');
    for (const path of paths) {
      const style = await read(path);
      assert.ok(style.layers.length > 0, `${path} draws something`);
      const faults = validateStyleMin(style).map(({ message }) => message);
      assert.deepEqual(faults, [], path);
      // What is no style is not let through.
      const [first] = style.layers;
      assert.notDeepEqual(validateStyleMin({ ...style, layers: [{ ...first, type: 'colour' }] }), []);
    }
  },
};
