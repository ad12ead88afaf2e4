import Domain
import Testing

@Suite struct ManifestLocationTests {
    @Test(arguments: [
        ("bucket/image.manifest.xml", "bucket", "image.manifest.xml"), ("my.bucket/a/b//c", "my.bucket", "a/b//c"),
        ("bucket//key", "bucket", "/key"), ("bucket/ü 👍🏽", "bucket", "ü 👍🏽"),
    ])
    func bucketAndKey(_ text: String, _ bucket: String, _ key: String) throws {
        let location = try #require(ManifestLocation(rawValue: text))
        #expect(location.bucket.rawValue == bucket)
        #expect(location.key.text == key)
        #expect(location.rawValue == text)
    }

    @Test(arguments: ["", "bucket", "bucket/", "/key", "Bucket/key", "b/key", "bucket/a\nb", "bucket/a\0b", "s3://bucket/key"])
    func whatIsNoPlace(_ text: String) {
        #expect(ManifestLocation(rawValue: text) == nil)
    }

    @Test func keysHaveALimit() {
        #expect(ManifestLocation(rawValue: "bucket/" + String(repeating: "k", count: 1024)) != nil)
        #expect(ManifestLocation(rawValue: "bucket/" + String(repeating: "k", count: 1025)) == nil)
    }

    @Test func partsStandBesideTheManifest() throws {
        let inFolder: ManifestLocation = known("bucket/a/b/image.manifest.xml")
        #expect(inFolder.neighbour("image.part.00")?.text == "a/b/image.part.00")
        let alone: ManifestLocation = known("bucket/image.manifest.xml")
        #expect(alone.neighbour("image.part.00")?.text == "image.part.00")
        let deep: ManifestLocation = known("bucket/" + String(repeating: "d", count: 1000) + "/m")
        #expect(deep.neighbour(String(repeating: "p", count: 23)) != nil)
        #expect(deep.neighbour(String(repeating: "p", count: 24)) == nil)
    }
}
