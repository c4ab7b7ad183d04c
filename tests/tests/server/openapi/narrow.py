"""Writes a server's API document anew, with what is really there in the place of any text: so that schemathesis gets
past 'there is no collection ‡'.

    python narrow.py http://127.0.0.1:PORT NARROWED.json
"""

import json
import sys
import urllib.request


def main(address: str, target: str) -> None:
    def ask(path: str):
        request = urllib.request.Request(address + path, headers={"Accept": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    document = ask("/api")
    collections = [each["id"] for each in ask("/collections")["collections"]]
    devices = [each["id"] for each in ask("/edr/collections")["collections"]]
    there = {
        "styleId": [each["id"] for each in ask("/styles")["styles"]],
        "tileMatrixSetId": [each["id"] for each in ask("/tileMatrixSets")["tileMatrixSets"]],
        "codeListId": [each["id"] for each in ask("/codelists")["codelists"]],
        "recordId": collections,
        # Pictures in 3D come from another program, which is 501 where it is not.
        "processId": [each["id"] for each in ask("/processes")["processes"] if each["id"] != "still"],
    }
    # Few enough that each is often asked for: layers of every kind.
    few = ["buildings", "parcels", "roads", "terrain", "lamps"]
    few = [each for each in few if each in collections] or collections[:5]
    # Tiles in the middle of the town; corners of the grid are found by chance.
    middle = {"tileMatrix": ["14", "16"], "tileRow": ["7475", "29900"], "tileCol": ["13129", "52518"]}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                name, schema = parameter["name"], parameter.get("schema", {})
                values = there.get(name) or middle.get(name)
                if name == "collectionId":
                    values = few
                    if path.startswith("/edr"):
                        values = devices
                    elif path.startswith("/stac"):
                        values = ["rasters", "flood-runs"]
                elif name == "featureId":
                    values = ["1", "2", "17"]
                elif name == "path":
                    values = ["Things", "Datastreams(1)/Observations", "Observations", "Locations"]
                if values and parameter["in"] == "path":
                    of_number = schema.get("type") == "integer"
                    schema["enum"] = [int(each) for each in values] if of_number else values
    with open(target, "w", encoding="utf-8") as out:
        json.dump(document, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
