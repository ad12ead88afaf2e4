import Sealing
import Testing

@Suite struct PasswordHashTests {
    /// Few rounds, so that the test is quick; the shape is the same.
    private func hash(_ password: String, like other: PasswordHash? = nil) throws -> PasswordHash {
        try PasswordHash(of: password, like: other, rounds: 1 << 4)
    }

    @Test func theSamePasswordIsKnownAndAnotherIsNot() throws {
        let kept = try hash("Correct horse 1")
        #expect(try hash("Correct horse 1", like: kept).isSame(as: kept))
        #expect(try !hash("Correct horse 2", like: kept).isSame(as: kept))
        #expect(try !hash("", like: kept).isSame(as: kept))
    }

    @Test func twoUsersWithOnePasswordHaveDifferentHashes() throws {
        let (one, other) = (try hash("Correct horse 1"), try hash("Correct horse 1"))
        #expect(one.salt != other.salt && one.hash != other.hash && !one.isSame(as: other))
        #expect(one.salt.count == 16 && one.hash.count == 32)
    }
}
