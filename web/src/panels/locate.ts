import type { App, Place } from '../app.ts';
import { formatLength } from '../coords/format.ts';
import { lang, t } from '../i18n/index.ts';
import { drawOverlay } from '../map/overlay.ts';
import { notify } from '../ui/notice.ts';
import { awayFromData } from './goto.ts';

const CIRCLE_POINTS = 48;
const METRES_PER_DEGREE = 111_320;

/** Finds where the person is and shows it, when they allow it. */
export function locate(app: App): void {
  if (!window.isSecureContext || !('geolocation' in navigator)) {
    notify(t('locate.insecure'), 'warning');
    return;
  }
  notify(t('locate.asking'));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => show(app, [coords.longitude, coords.latitude], coords.accuracy),
    (error) =>
      notify(t(error.code === GeolocationPositionError.PERMISSION_DENIED ? 'locate.denied' : 'locate.failed'), 'warning'),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
  );
}

function show(app: App, at: Place, accuracy_m: number): void {
  drawOverlay(app.map, 'locate', [
    { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [circle(at, accuracy_m)] } },
    { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [...at] } },
  ]);
  app.map.flyTo({ center: [at[0], at[1]], zoom: Math.max(app.map.getZoom(), accuracy_m > 300 ? 14 : 17) });
  const away = awayFromData(app, at);
  notify(
    away > 0
      ? t('locate.outside', { distance: formatLength(away, lang()) })
      : t('locate.here', { accuracy: Math.round(accuracy_m) }),
  );
}

function circle([lon, lat]: Place, radius_m: number): [number, number][] {
  const perLon = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: CIRCLE_POINTS + 1 }, (_, i) => {
    const angle = (i / CIRCLE_POINTS) * 2 * Math.PI;
    return [lon + (radius_m * Math.cos(angle)) / perLon, lat + (radius_m * Math.sin(angle)) / METRES_PER_DEGREE];
  });
}
