import Domain
import Metadata
import TestSupport
import Testing

@Suite struct TagTableTests {
    private let image = TaggableResource.image(numbered(1))
    private let snapshot = TaggableResource.snapshot(numbered(1))

    @Test func settingAddsAndReplaces() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = TagTable(transaction)
            try table.set([Tag(key: "b", value: "1"), Tag(key: "a", value: "2")], on: image)
            try table.set([Tag(key: "b", value: "3"), Tag(key: "B", value: "4")], on: image)
            try table.set([Tag(key: "a", value: "5")], on: snapshot)
        }
        try temporary.read { transaction throws in
            let table = TagTable(transaction)
            #expect(try table.tags(of: image) == [Tag(key: "B", value: "4"), Tag(key: "a", value: "2"), Tag(key: "b", value: "3")])
            #expect(try table.tags(of: snapshot) == [Tag(key: "a", value: "5")])
            #expect(try table.tags(of: .image(numbered(2))).isEmpty)
            #expect(try Set(table.tags(of: [image.id, snapshot.id, "ami-00000000"]).keys) == [image.id, snapshot.id])
            #expect(try table.tags(of: [] as [String]).isEmpty)
        }
    }

    @Test func removingTakesAnyValueOrOnlyTheOneNamed() throws {
        let temporary = try TemporaryDatabase()
        func left(after body: (TagTable) throws -> Void) throws -> [String] {
            try temporary.write { transaction throws in
                try body(TagTable(transaction))
                return try TagTable(transaction).tags(of: image).map(\.key)
            }
        }
        try temporary.write { transaction throws in
            for resource in [image, snapshot] {
                try TagTable(transaction).set(["a", "b", "c", "d"].map { Tag(key: $0, value: $0 == "c" ? "" : "v") }, on: resource)
            }
        }
        #expect(try left { try $0.remove(key: "a", value: nil, from: image) } == ["b", "c", "d"])
        #expect(try left { try $0.remove(key: "b", value: "other", from: image) } == ["b", "c", "d"])
        #expect(try left { try $0.remove(key: "b", value: "", from: image) } == ["b", "c", "d"])
        #expect(try left { try $0.remove(key: "b", value: "v", from: image) } == ["c", "d"])
        #expect(try left { try $0.remove(key: "c", value: "", from: image) } == ["d"])
        #expect(try left { try $0.remove(key: "x", value: nil, from: image) } == ["d"])
        #expect(try left { try $0.removeAll(from: image) } == [])
        #expect(try temporary.read { try TagTable($0).tags(of: snapshot).count } == 4)
    }

    @Test(arguments: [1, 2, 7, 299, 300, 1000])
    func pagesVisitEveryTagOnceInOrder(_ limit: Int) throws {
        let temporary = try TemporaryDatabase()
        var random = SeededGenerator(seed: 5)
        var expected: [[String]] = []
        try temporary.write { transaction throws in
            for number in (0..<100).shuffled(using: &random) {
                let resource = number.isMultiple(of: 2) ? TaggableResource.image(numbered(number)) : .snapshot(numbered(number))
                for key in ["Name", "a:b", "z"].shuffled(using: &random) {
                    try TagTable(transaction).set([Tag(key: key, value: "\(number)")], on: resource)
                    expected.append([resource.id, key, "\(number)", resource.kind])
                }
            }
        }
        expected.sort { $0.lexicographicallyPrecedes($1) }
        var seen: [[String]] = []
        var place: (resourceID: String, key: String)?
        while seen.count <= expected.count {
            let page = try temporary.read { try TagTable($0).page(after: place, limit: limit) }
            guard let last = page.last else { break }
            #expect(page.count <= limit)
            seen += page.map { [$0.resourceID, $0.tag.key, $0.tag.value, $0.kind] }
            place = (last.resourceID, last.tag.key)
        }
        #expect(seen == expected)
    }

    @Test func eachAccountHasItsOwn() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = TagTable(transaction)
            try table.set([Tag(key: "a", value: "1"), Tag(key: "b", value: "2")], on: image, by: .alice)
            try table.set([Tag(key: "a", value: "3")], on: image, by: .bob)
            try table.remove(key: "b", value: nil, from: image, by: .bob)
        }
        try temporary.read { transaction throws in
            let table = TagTable(transaction)
            #expect(try table.tags(of: image, by: .alice).map(\.value) == ["1", "2"])
            #expect(try table.tags(of: image, by: .bob).map(\.value) == ["3"])
            #expect(try table.page(of: .bob, after: nil, limit: 10).map(\.tag.value) == ["3"])
        }
        try temporary.write { try TagTable($0).removeAll(from: image, by: .alice) }
        #expect(try temporary.read { try TagTable($0).tags(of: image, by: .bob).count } == 1)
        try temporary.write { try TagTable($0).removeAll(from: image) }
        #expect(try temporary.read { try TagTable($0).tags(of: image, by: .bob).isEmpty })
    }
}
