"""QGIS edits a layer over OGC API - Features: a point is added, its attribute changed, moved, removed."""

import sys

from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsVectorDataProvider, QgsVectorLayer

application = QgsApplication([], False)
application.initQgis()


def opened():
    uri = f"url='{sys.argv[1]}' typename='check-points'"
    layer = QgsVectorLayer(uri, "check-points", "OAPIF")
    assert layer.isValid(), f"{uri}: {layer.error().message()} {layer.dataProvider().error().message()}"
    return layer


def found(name):
    """The features of this name, as a new connection reads them."""
    return [it for it in opened().getFeatures() if it["name"] == name]


def kept(layer):
    assert layer.commitChanges(), layer.commitErrors()


layer = opened()
can = layer.dataProvider().capabilities()
for ability in ["AddFeatures", "DeleteFeatures", "ChangeAttributeValues", "ChangeGeometries"]:
    assert can & getattr(QgsVectorDataProvider, ability), f"QGIS does not see that it may: {ability}"
before = layer.featureCount()

assert layer.startEditing()
new = QgsFeature(layer.fields())
new["name"], new["code"] = "Mốc QGIS", 7
new.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(108.21, 16.06)))
assert layer.addFeature(new)
kept(layer)
(made,) = found("Mốc QGIS")
assert made["code"] == 7 and abs(made.geometry().asPoint().x() - 108.21) < 1e-9

layer = opened()
assert layer.startEditing()
(mine,) = [it for it in layer.getFeatures() if it["name"] == "Mốc QGIS"]
assert layer.changeAttributeValue(mine.id(), layer.fields().lookupField("name"), "Mốc đã sửa")
assert layer.changeGeometry(mine.id(), QgsGeometry.fromPointXY(QgsPointXY(108.22, 16.07)))
kept(layer)
(changed,) = found("Mốc đã sửa")
assert abs(changed.geometry().asPoint().y() - 16.07) < 1e-9 and changed["code"] == 7, "the rest stays"
assert not found("Mốc QGIS")

layer = opened()
assert layer.startEditing()
(mine,) = [it for it in layer.getFeatures() if it["name"] == "Mốc đã sửa"]
assert layer.deleteFeature(mine.id())
kept(layer)
assert not found("Mốc đã sửa")
assert opened().featureCount() == before
print("ok")
application.exitQgis()
