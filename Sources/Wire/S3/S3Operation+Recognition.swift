extension S3Operation {
    /// What a request asks for: by its method, by what it is about, and by the sub-resource in its query.
    ///
    /// - Parameter hasCopySource: whether there is an `x-amz-copy-source` header, which makes a copy of a PUT.
    package init(method: String, address: S3Address, query: S3Query, hasCopySource: Bool) throws(S3Error) {
        let found: S3Operation?
        if address.bucket == nil {
            found = method == "GET" ? .listBuckets : nil
        } else if address.key == nil {
            found = try Self.ofBucket(method, query)
        } else {
            found = try Self.ofObject(method, query, hasCopySource)
        }
        guard let found else {
            // Of which method and what resource is in the request.
            throw S3Error(.methodNotAllowed)
        }
        self = found
    }

    private static func ofBucket(_ method: String, _ query: S3Query) throws(S3Error) -> S3Operation? {
        if let name = try subresource(of: query, among: bucketSubresources) {
            return bucketTable["\(method) \(name)"] ?? (isImplemented(name, bucketTable) ? nil : .notImplemented)
        }
        switch method {
        case "GET": return query["list-type"] == "2" ? .listObjectsV2 : .listObjects
        case "PUT": return .createBucket
        case "HEAD": return .headBucket
        case "DELETE": return .deleteBucket
        case "POST": return .postObject
        default: return nil
        }
    }

    private static func ofObject(_ method: String, _ query: S3Query, _ hasCopySource: Bool) throws(S3Error) -> S3Operation? {
        if let name = try subresource(of: query, among: objectSubresources) {
            let operation = objectTable["\(method) \(name)"]
            if operation == .uploadPart {
                guard query.contains("partNumber") else {
                    throw .invalidArgument("partNumber", "", "This operation needs a partNumber beside the uploadId")
                }
                return hasCopySource ? .uploadPartCopy : .uploadPart
            }
            return operation ?? (isImplemented(name, objectTable) ? nil : .notImplemented)
        }
        switch method {
        case "GET": return .getObject
        case "PUT": return hasCopySource ? .copyObject : .putObject
        case "HEAD": return .headObject
        case "DELETE": return .deleteObject
        default: return nil
        }
    }

    /// The one sub-resource of a query; two of them contradict each other.
    private static func subresource(of query: S3Query, among names: [String]) throws(S3Error) -> String? {
        let found = names.filter { query.contains($0) }
        guard found.count <= 1 else {
            throw .invalidArgument("ResourceType", found[1], "Conflicting query string parameters: \(found.joined(separator: ", "))")
        }
        return found.first
    }

    private static func isImplemented(_ name: String, _ table: [String: S3Operation]) -> Bool {
        table.keys.contains { $0.hasSuffix(" \(name)") }
    }

    /// All that a query may name of a bucket besides its list, implemented or not.
    static let bucketSubresources = [
        "abac", "accelerate", "acl", "analytics", "cors", "delete", "encryption", "intelligent-tiering", "inventory", "lifecycle",
        "location",
        "logging", "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "metadataTable", "metrics", "notification",
        "object-lock", "ownershipControls", "policy",
        "policyStatus", "publicAccessBlock", "replication", "requestPayment", "session", "tagging", "uploads", "versioning", "versions",
        "website",
    ]
    static let objectSubresources = [
        "acl", "attributes", "encryption", "legal-hold", "renameObject", "restore", "retention", "select", "tagging", "torrent", "uploadId",
        "uploads",
    ]

    private static let bucketTable: [String: S3Operation] = [
        "GET location": .getBucketLocation, "GET versions": .listObjectVersions, "GET uploads": .listMultipartUploads,
        "POST delete": .deleteObjects, "GET acl": .getBucketACL, "PUT acl": .putBucketACL, "GET policy": .getBucketPolicy,
        "PUT policy": .putBucketPolicy, "DELETE policy": .deleteBucketPolicy, "GET policyStatus": .getBucketPolicyStatus,
        "GET tagging": .getBucketTagging, "PUT tagging": .putBucketTagging, "DELETE tagging": .deleteBucketTagging,
        "GET versioning": .getBucketVersioning, "PUT versioning": .putBucketVersioning, "GET encryption": .getBucketEncryption,
        "PUT encryption": .putBucketEncryption, "DELETE encryption": .deleteBucketEncryption,
        "GET publicAccessBlock": .getPublicAccessBlock, "PUT publicAccessBlock": .putPublicAccessBlock,
        "DELETE publicAccessBlock": .deletePublicAccessBlock, "GET ownershipControls": .getBucketOwnershipControls,
        "PUT ownershipControls": .putBucketOwnershipControls, "DELETE ownershipControls": .deleteBucketOwnershipControls,
        "GET lifecycle": .getBucketLifecycle, "PUT lifecycle": .notImplemented, "DELETE lifecycle": .notImplemented,
        "GET cors": .getBucketCORS, "PUT cors": .notImplemented, "DELETE cors": .notImplemented,
        "GET website": .getBucketWebsite, "PUT website": .notImplemented, "DELETE website": .notImplemented,
        "GET replication": .getBucketReplication, "PUT replication": .notImplemented, "DELETE replication": .notImplemented,
        "GET object-lock": .getObjectLockConfiguration, "PUT object-lock": .notImplemented,
        "GET logging": .getBucketLogging, "PUT logging": .notImplemented,
        "GET notification": .getBucketNotification, "PUT notification": .notImplemented,
        "GET requestPayment": .getBucketRequestPayment, "PUT requestPayment": .notImplemented,
        "GET accelerate": .getBucketAccelerate, "PUT accelerate": .notImplemented,
    ]

    private static let objectTable: [String: S3Operation] = [
        "GET acl": .getObjectACL, "PUT acl": .putObjectACL, "GET tagging": .getObjectTagging, "PUT tagging": .putObjectTagging,
        "DELETE tagging": .deleteObjectTagging, "GET attributes": .getObjectAttributes, "POST uploads": .createMultipartUpload,
        "PUT uploadId": .uploadPart, "POST uploadId": .completeMultipartUpload, "DELETE uploadId": .abortMultipartUpload,
        "GET uploadId": .listParts,
    ]
}
