import Domain
import Testing

@Suite
struct AvailabilityZoneTests {
    @Test(arguments: ["us-east-1", "ap-southeast-2", "site-b"])
    func isFoundByTheNameThatItHas(region: String) throws {
        let region = try #require(Region(rawValue: region))
        for zone in AvailabilityZone.zones(of: region) {
            #expect(AvailabilityZone(rawValue: zone.rawValue) == zone)
        }
    }

    @Test(arguments: ["", "a", "us-east-1", "us-east-1d", "US-EAST-1a", "us-east-1-a"])
    func isNotMadeOfOtherNames(name: String) {
        #expect(AvailabilityZone(rawValue: name) == nil)
    }
}
