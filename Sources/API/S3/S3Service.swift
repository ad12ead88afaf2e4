import Domain
import Foundation
import HTTPTypes
import Logging
import Services
import Wire

/// S3: REST-XML, path and virtual-host style (docs/behaviour/s3.md, "Addresses").
enum S3Service {
    /// Answers a request that has been let in.
    static func respond(to call: S3Call, logger: inout Logger) async throws -> Reply {
        logger[metadataKey: "action"] = "\(call.operation.rawValue)"
        guard let action = actions[call.operation] else {
            throw S3Error(
                .notImplemented,
                "A header or query you provided requests functionality that is not implemented: \(call.operation.rawValue)"
            )
        }
        var call = call
        // Before anything that the request says is looked at, its body included.
        if call.address.bucket != nil, !withoutBucket.contains(call.operation) {
            call.found = try await call.buckets.require(call.bucket)
        }
        let reply = try await action(call)
        if let resource = reply.resource { logger[metadataKey: "resource"] = "\(resource)" }
        return reply
    }

    /// What makes a bucket, deletes one that was made in part, or tells of one in another Region.
    private static let withoutBucket: Set<S3Operation> = [.createBucket, .deleteBucket, .getBucketLocation]

    typealias Action = @Sendable (S3Call) async throws -> Reply

    /// One entry an operation; what is not here is answered `NotImplemented`.
    private static let actions: [S3Operation: Action] = [
        .listBuckets: listBuckets,
        .createBucket: createBucket,
        .headBucket: headBucket,
        .deleteBucket: deleteBucket,
        .getBucketLocation: getBucketLocation,
        .listObjects: listObjects,
        .listObjectsV2: listObjects,
        .listObjectVersions: listObjectVersions,
        .deleteObjects: deleteObjects,
        .getBucketVersioning: getBucketVersioning,
        .putBucketVersioning: putBucketVersioning,
        .getBucketACL: getBucketACL,
        .putBucketACL: putBucketACL,
        .getBucketPolicy: getSetting(.policy, else: .noSuchBucketPolicy),
        .putBucketPolicy: putBucketPolicy,
        .deleteBucketPolicy: deleteSetting(.policy),
        .getBucketPolicyStatus: getBucketPolicyStatus,
        .getBucketTagging: getSetting(.tagging, else: .noSuchTagSet),
        .putBucketTagging: putBucketTagging,
        .deleteBucketTagging: deleteSetting(.tagging),
        .getBucketEncryption: getSetting(.encryption, else: .serverSideEncryptionConfigurationNotFound),
        .putBucketEncryption: putBucketEncryption,
        .deleteBucketEncryption: deleteBucketEncryption,
        .getPublicAccessBlock: getSetting(.publicAccessBlock, else: .noSuchPublicAccessBlockConfiguration),
        .putPublicAccessBlock: putPublicAccessBlock,
        .deletePublicAccessBlock: deleteSetting(.publicAccessBlock),
        .getBucketOwnershipControls: getSetting(.ownership, else: .ownershipControlsNotFound),
        .putBucketOwnershipControls: putBucketOwnershipControls,
        .deleteBucketOwnershipControls: deleteSetting(.ownership),
        .getBucketLifecycle: missing(.noSuchLifecycleConfiguration),
        .getBucketCORS: missing(.noSuchCORSConfiguration),
        .getBucketWebsite: missing(.noSuchWebsiteConfiguration),
        .getBucketReplication: missing(.replicationConfigurationNotFound),
        .getObjectLockConfiguration: missing(.objectLockConfigurationNotFound),
        .getBucketLogging: empty("BucketLoggingStatus"),
        .getBucketNotification: empty("NotificationConfiguration"),
        .getBucketAccelerate: empty("AccelerateConfiguration"),
        .getBucketRequestPayment: getBucketRequestPayment,
        .putObject: putObject,
        .copyObject: copyObject,
        .getObject: getObject,
        .headObject: getObject,
        .getObjectAttributes: getObjectAttributes,
        .deleteObject: deleteObject,
        .getObjectACL: getObjectACL,
        .putObjectACL: putObjectACL,
        .getObjectTagging: getObjectTagging,
        .putObjectTagging: putObjectTagging,
        .deleteObjectTagging: deleteObjectTagging,
        .createMultipartUpload: createMultipartUpload,
        .uploadPart: uploadPart,
        .uploadPartCopy: uploadPartCopy,
        .completeMultipartUpload: completeMultipartUpload,
        .abortMultipartUpload: abortMultipartUpload,
        .listParts: listParts,
        .listMultipartUploads: listMultipartUploads,
    ]
}
