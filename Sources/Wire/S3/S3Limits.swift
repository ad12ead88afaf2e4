/// The sizes that S3 documents, where a request is checked against them.
package enum S3Limits {
    /// UTF-8 bytes of a key.
    package static let keyBytesMax = 1024
    package static let partsMax = 10_000
    /// Bytes of a part, except the last one.
    package static let partBytesMin: Int64 = 5 << 20
    /// Bytes of a part, of an object put in one request, and of the source of CopyObject.
    package static let putBytesMax: Int64 = 5 << 30
    package static let objectBytesMax: Int64 = 5 << 40
    /// Keys of one answer or one DeleteObjects.
    package static let keysPerCallMax = 1000
    /// Bytes of the names and values of user metadata together.
    package static let userMetadataBytesMax = 2048
    package static let objectTagsMax = 10
    package static let bucketTagsMax = 50
}
