import Domain
import Testing

@Suite struct SnapshotFilterTests {
    @Test(arguments: Snapshot.filterNames.sorted())
    func everyNameIsAnswered(_ name: String) throws {
        #expect(Snapshot.sample().texts(forFilter: name) != nil)
        // Matching must not throw, whatever it answers.
        _ = try Snapshot.sample().matches([Filter(name: name, values: ["*"])])
    }

    @Test func unknownNamesThrow() {
        for name in ["colour", "", "state", "name", "image-id"] {
            #expect(Snapshot.sample().texts(forFilter: name) == nil)
            let fault = #expect(throws: Fault.self) { try Snapshot.sample().matches([Filter(name: name, values: ["*"])]) }
            #expect(fault?.code == .invalidParameterValue)
            #expect(fault?.message == "The filter '\(name)' is invalid")
        }
    }

    @Test(arguments: [
        ("description", ["A disk"]), ("encrypted", ["false"]), ("owner-alias", []), ("owner-id", ["123456789012"]), ("progress", ["37%"]),
        ("snapshot-id", ["snap-0fedcba9876543210"]), ("start-time", ["2026-11-22T19:34:32.000Z"]), ("status", ["pending"]),
        ("storage-tier", ["standard"]), ("transfer-type", []), ("volume-id", ["vol-ffffffff"]), ("volume-size", ["8"]),
    ])
    func readsTheField(_ name: String, _ texts: [String]) {
        #expect(Snapshot.sample().texts(forFilter: name) == texts)
    }

    @Test func aCopyHasATransferType() {
        #expect(Snapshot.sample(transferType: .standard).texts(forFilter: "transfer-type") == ["standard"])
        #expect(Snapshot.sample(transferType: .timeBased).texts(forFilter: "transfer-type") == ["time-based"])
    }

    @Test func tagsAreFound() throws {
        #expect(try Snapshot.sample().matches([Filter(name: "tag:Name", values: ["root"]), Filter(name: "tag-key", values: ["N*"])]))
        #expect(try !Snapshot.sample(tags: []).matches([Filter(name: "tag:Name", values: ["root"])]))
    }
}
