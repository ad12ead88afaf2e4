import Domain
import Metadata

extension Buckets {
    /// The bucket that a task reads or writes, with the refusals of EC2.
    @discardableResult
    func requireForTask(_ name: String) async throws -> Bucket {
        do {
            return try await require(name)
        } catch let elsewhere as BucketElsewhere {
            throw Fault(.invalidParameterValue, "The bucket \(name.prefix(64)) is in \(elsewhere.region): name one of \(call.region)")
        } catch let fault as Fault {
            throw Fault(.invalidParameterValue, "The S3 bucket '\(name.prefix(64))' cannot be used: \(fault.message)")
        }
    }
}
