"""The catalogue as OWSLib's Records client, OWSLib's ISO reader and rdflib read it."""

import sys

import requests
from lxml import etree
from owslib.iso import MD_Metadata
from owslib.ogcapi.records import Records
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

server = sys.argv[1]
catalogue = Records(f"{server}/records")
assert catalogue.records() == ["catalogue"], catalogue.records()
assert any(name.endswith("/conf/record-api") for name in catalogue.conformance()["conformsTo"])

found = catalogue.collection_items("catalogue", limit=500)
ids = [record["id"] for record in found["features"]]
assert found["numberMatched"] == len(ids) and "buildings" in ids, ids
searched = catalogue.collection_items("catalogue", q="dia hinh")
assert "terrain" in [record["id"] for record in searched["features"]], searched
placed = catalogue.collection_items("catalogue", bbox=[4, 52, 5, 53])
assert placed["numberMatched"] == 0, placed
record = catalogue.collection_item("catalogue", "buildings")
assert record["properties"]["type"] == "dataset" and record["links"], record

for name in ids:
    address = f"{server}/records/collections/catalogue/items/{name}"
    document = etree.fromstring(requests.get(f"{address}?f=iso", timeout=60).content)
    metadata = MD_Metadata(document)
    assert metadata.identifier == name, metadata.identifier
    part = metadata.identification[0]
    assert part.title and part.abstract and part.topiccategory, name
    assert part.bbox is not None and float(part.bbox.minx) > 100, name
    assert metadata.distribution.online, name
    assert metadata.dataquality.lineage, name

layer = Namespace(f"{server}/collections/")
address = f"{server}/records/collections/catalogue/items"
turtle = Graph().parse(data=requests.get(f"{address}?f=ttl", timeout=60).text, format="turtle")
linked = Graph().parse(data=requests.get(f"{address}?f=dcat", timeout=60).text, format="json-ld")
for graph in (turtle, linked):
    (whole,) = graph.subjects(RDF.type, DCAT.Catalog)
    sets = set(graph.objects(whole, DCAT.dataset))
    assert sets == {layer[name] for name in ids}, sets
    for thing in sets:
        assert {title.language for title in graph.objects(thing, DCTERMS.title)} == {"vi", "en"}, thing
        assert list(graph.objects(thing, DCTERMS.publisher)) and list(graph.objects(thing, DCAT.theme)), thing
        for offer in graph.objects(thing, DCAT.distribution):
            (access,) = graph.objects(offer, DCAT.accessURL)
            assert isinstance(access, URIRef), access
assert len(turtle) == len(linked), (len(turtle), len(linked))
print(f"{len(ids)} records, {len(turtle)} statements")
