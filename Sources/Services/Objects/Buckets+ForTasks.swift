import Domain
import Metadata

extension Call {
    /// The call as its task makes it, now and later: in the name of the account, whatever becomes of the user or the role that has asked for it. It is
    /// let into a bucket of another account where that lets in the account for the object.
    ///
    /// - Throws: `Fault` `AccessDenied`.
    func ofTask(_ action: String, on key: String, in bucket: String) async throws -> Call {
        let task = Call(principal: Principal(account: account, accessKeyID: ""), store: store, deployment: deployment, host: host)
        guard let name = BucketName(rawValue: bucket),
            let row = try await deployment.directory.read({ try BucketNameTable($0).row(name) }), row.owner != account
        else { return task }
        do {
            return task.entering(try await Authorizer(task).require(action, on: [object(key, in: bucket)]))
        } catch is AccessDenied {
            throw Fault(
                .accessDenied,
                "Access Denied: the bucket is another account's, and has to allow \(action) to the account \(account), not to a user or a role alone"
            )
        }
    }
}

extension Buckets {
    /// The bucket that a task reads or writes an object in, with the refusals of EC2.
    @discardableResult
    func requireForTask(_ name: String, to action: String, _ key: String) async throws -> Bucket {
        do {
            return try await Buckets(call.ofTask(action, on: key, in: name)).require(name)
        } catch let elsewhere as BucketElsewhere {
            throw Fault(.invalidParameterValue, "The bucket \(name.prefix(64)) is in \(elsewhere.region): name one of \(call.region)")
        } catch let fault as Fault {
            throw Fault(.invalidParameterValue, "The S3 bucket '\(name.prefix(64))' cannot be used: \(fault.message)")
        }
    }
}
