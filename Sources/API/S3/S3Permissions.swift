import Services
import Wire

extension Permission where Subject: S3Action {
    static func onBucket(_ name: String) -> Permission { Permission(name) { [$1.bucket($0.request.bucket)] } }

    /// What is needed only where the request has a header.
    static func onBucket(_ name: String, ifSent header: String) -> Permission {
        Permission(name) { $0.request.header(header) == nil ? [] : [$1.bucket($0.request.bucket)] }
    }

    static func onObject(_ name: String) -> Permission { Permission(name) { [$1.object($0.request.key, in: $0.request.bucket)] } }

    /// The pair of permissions for an object as it is, and for a version of it that the request names: one of the two is needed.
    static func onObject(_ name: String, version versionName: String) -> [Permission] {
        [
            Permission(name) { $0.request.versionID == nil ? [$1.object($0.request.key, in: $0.request.bucket)] : [] },
            Permission(versionName) { action, call in
                action.request.versionID.map { [call.object(action.request.key, in: action.request.bucket, version: $0)] } ?? []
            },
        ]
    }

    /// What is needed only where the request has a header.
    static func onObject(_ name: String, ifSent header: String) -> Permission {
        Permission(name) { $0.request.header(header) == nil ? [] : [$1.object($0.request.key, in: $0.request.bucket)] }
    }

    /// What a write takes beside that goes on only where the object has the tag that the request names: that tells of the object. Whether there
    /// is one at all, which `*` asks for, anybody may be told who may write.
    static var onComparedObject: Permission {
        Permission("s3:GetObject") { $0.request.comparedObject(in: $1) }
    }

    /// What reading the source of a copy takes.
    static var onCopySource: [Permission] {
        [
            Permission("s3:GetObject") { action, call in
                let source = try action.copySource
                let compared = action.request.comparedObject(in: call)
                return compared + (source.versionID == nil ? [call.object(source.key, in: source.bucket)] : [])
            },
            Permission("s3:GetObjectVersion") { action, call in
                let source = try action.copySource
                return source.versionID.map { [call.object(source.key, in: source.bucket, version: $0)] } ?? []
            },
        ]
    }
}

extension S3Request {
    fileprivate func comparedObject(in call: Call) -> [PolicyResource] {
        guard let tag = header("if-match"), tag != "*" else { return [] }
        return [call.object(key, in: bucket)]
    }
}

extension S3Action {
    var copySource: CopySource {
        get throws { try CopySource(header: request.header("x-amz-copy-source") ?? "") }
    }
}
