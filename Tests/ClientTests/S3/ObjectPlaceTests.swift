import Client
import Testing

@Suite struct ObjectPlaceTests {
    @Test func locationsOfImages() {
        let place = ObjectPlace(location: "depot/web/image.manifest.xml")
        #expect(place == ObjectPlace(bucket: "depot", key: "web/image.manifest.xml"))
        #expect(place?.location == "depot/web/image.manifest.xml")
        #expect(place.map { "\($0)" } == "s3://depot/web/image.manifest.xml")
        for other in ["", "depot", "depot/", "/key"] { #expect(ObjectPlace(location: other) == nil) }
    }

    @Test func partsStandBesideTheirManifest() {
        #expect(ObjectPlace(bucket: "b", key: "a/c/m.xml").sibling("p.00").key == "a/c/p.00")
        #expect(ObjectPlace(bucket: "b", key: "m.xml").sibling("p.00").key == "p.00")
    }

    @Test func foldersOfBuckets() {
        #expect(ObjectFolder(url: "s3://depot")?.object("m").key == "m")
        #expect(ObjectFolder(url: "s3://depot/")?.object("m").key == "m")
        #expect(ObjectFolder(url: "s3://depot/a/b//")?.object("m") == ObjectPlace(bucket: "depot", key: "a/b/m"))
        for other in ["", "depot", "s3://", "s3:///a", "S3://depot", "/depot/a"] { #expect(ObjectFolder(url: other) == nil) }
    }
}
