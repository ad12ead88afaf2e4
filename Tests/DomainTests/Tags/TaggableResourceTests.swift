import Domain
import Testing

@Suite struct TaggableResourceTests {
    @Test func knowsImagesAndSnapshots() {
        #expect(TaggableResource(id: "ami-12345678")?.kind == "image")
        #expect(TaggableResource(id: "snap-12345678")?.kind == "snapshot")
        #expect(TaggableResource(id: "snap-12345678")?.id == "snap-12345678")
        #expect(TaggableResource(id: "vol-12345678")?.kind == "volume")
        #expect(TaggableResource(id: "i-12345678")?.kind == "instance")
    }

    @Test(arguments: ["", "i-1", "nat-12345678", "copy-12345678", "ami-1", "snap-xyz"])
    func knowsNothingElse(_ id: String) {
        #expect(TaggableResource(id: id) == nil)
    }
}
