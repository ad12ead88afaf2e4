import Domain
import Testing

@Suite struct RegionTests {
    @Test(arguments: ["eu-west-1", "us-gov-east-1", "cn-north-1", "lab", "a1b", "rack-12", "a" + String(repeating: "b", count: 31)])
    func takesNames(_ text: String) throws {
        let region = try #require(Region(rawValue: text))
        #expect(region.rawValue == text)
        #expect(region.description == text)
    }

    @Test(arguments: [
        "", "a", "ab", "a" + String(repeating: "b", count: 32), "EU-west-1", "eu_west_1", "1-west", "-eu-west", "eu-west-", "eu west",
        "eu.west.1", "eu-west-1\n", "eu-wést-1", "eu/../west", "eu-west-1\0",
    ])
    func refusesWhatIsNoName(_ text: String) {
        #expect(Region(rawValue: text) == nil)
    }

    @Test func zonesBearTheNameAndALetter() throws {
        let region = try #require(Region(rawValue: "eu-west-1"))
        #expect(region.zoneNames == ["eu-west-1a", "eu-west-1b", "eu-west-1c"])
    }

    @Test(arguments: [
        ("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("cna-1", "aws"), ("us-govern", "aws"),
    ])
    func partitionFollowsTheName(_ name: String, _ partition: String) throws {
        #expect(try #require(Region(rawValue: name)).partition == partition)
    }
}
