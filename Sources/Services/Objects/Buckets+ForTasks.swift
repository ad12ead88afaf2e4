import Domain
import Metadata

extension Buckets {
    /// The bucket that a task writes an object into, which the caller must be let do now and when it is written, with the refusals of EC2.
    @discardableResult
    func requireForTask(_ name: String, toMake key: String, _ attributes: ObjectAttributes = ObjectAttributes()) async throws -> Bucket {
        do {
            return try await Buckets(call.making(key, in: name, attributes)).require(name)
        } catch let elsewhere as BucketElsewhere {
            throw Fault(.invalidParameterValue, "The bucket \(name.prefix(64)) is in \(elsewhere.region): name one of \(call.region)")
        } catch let fault as Fault {
            throw Fault(.invalidParameterValue, "The S3 bucket '\(name.prefix(64))' cannot be used: \(fault.message)")
        }
    }
}

extension Call {
    /// The call, let into a bucket to make an object there with its tags.
    func making(_ key: String, in bucket: String, _ attributes: ObjectAttributes) async throws -> Call {
        let actions = ["s3:PutObject"] + (attributes.tags.isEmpty ? [] : ["s3:PutObjectTagging"])
        return try await reaching(key, in: bucket, for: actions, making: attributes)
    }
}
