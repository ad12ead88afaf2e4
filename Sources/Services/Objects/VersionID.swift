import Crypto
import Domain

/// The id of a version of an object: 24 random characters and eight that follow from them, the bucket and the key.
///
/// So an id that Ferry has given is told from one that somebody made up, also when its version is gone: deleting that again is done already,
/// and a client that repeats a call whose answer it did not get is not refused. Nothing is secret in it.
enum VersionID {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._")
    private static let randomCount = 24

    static func random(of key: ObjectKey, in bucket: BucketName) -> String {
        let start = String((0..<randomCount).compactMap { _ in letters.randomElement() })
        return start + check(start, key, bucket)
    }

    static func isGiven(_ id: String, of key: ObjectKey, in bucket: BucketName) -> Bool {
        let start = String(id.prefix(randomCount))
        return start.utf8.count == randomCount && id == start + check(start, key, bucket)
    }

    private static func check(_ start: String, _ key: ObjectKey, _ bucket: BucketName) -> String {
        let digest = SHA256.hash(data: Array("ferry version 1 \(bucket) \(start) \(key)".utf8))
        return String(digest.prefix(8).map { letters[Int($0) % letters.count] })
    }
}
