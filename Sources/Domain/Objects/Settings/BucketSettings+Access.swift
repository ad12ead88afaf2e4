/// The rules about who gets into a bucket, for whoever sets something: a request or a job.
extension BucketSettings {
    /// What a bucket is made with.
    ///
    /// - Throws: `Fault` `InvalidBucketAclWithObjectOwnership`, `InvalidBucketAclWithBlockPublicAccessError`.
    package static func made(ownership: ObjectOwnership?, acl: CannedACL?) throws(Fault) -> BucketSettings {
        // Without a word a new bucket has no ACLs, and it blocks public ones in any case.
        if acl?.isOpenToOthers == true, (ownership ?? .bucketOwnerEnforced) == .bucketOwnerEnforced { throw .aclUnderEnforcedOwnership }
        if acl?.isPublic == true {
            throw Fault(.invalidBucketACLWithBlockPublicAccess, "Bucket cannot have public ACLs set with BlockPublicAccess enabled")
        }
        var settings = BucketSettings.standard
        // Whoever names an ACL gets a bucket that takes ACLs, as on AWS: clients that send one by themselves send it with each object too.
        settings.ownership = ownership ?? (acl == nil ? .bucketOwnerEnforced : .bucketOwnerPreferred)
        settings.acl = acl
        return settings
    }

    /// Sets who owns objects. An ACL that lets others in would no longer count.
    ///
    /// - Throws: `Fault` `InvalidBucketAclWithObjectOwnership`.
    package mutating func set(_ ownership: ObjectOwnership) throws(Fault) {
        if ownership == .bucketOwnerEnforced, acl?.isOpenToOthers == true { throw .aclUnderEnforcedOwnership }
        self.ownership = ownership
    }

    /// Sets the ACL of the bucket.
    ///
    /// - Throws: `Fault` `AccessControlListNotSupported`, `AccessDenied`.
    package mutating func set(_ acl: CannedACL) throws(Fault) {
        try requireSettable(acl)
        self.acl = acl
    }

    /// Sets the ACL of a bucket that is made once more, which is no error in one place and sets it anew.
    ///
    /// - Throws: `Fault` `InvalidBucketAclWithObjectOwnership`.
    package mutating func setAgain(_ acl: CannedACL?) throws(Fault) {
        if ownership == .bucketOwnerEnforced, acl?.isOpenToOthers == true { throw .aclUnderEnforcedOwnership }
        self.acl = acl
    }

    /// - Throws: `Fault` `AccessDenied` for a public policy where the bucket blocks them.
    package mutating func set(_ policy: BucketPolicy, naming ids: PrincipalIDs) throws(Fault) {
        if policy.isPublic, publicAccess?.blocksPolicy == true {
            throw Fault(.accessDenied, "Public policies are blocked by the BlockPublicPolicy setting of the bucket")
        }
        self.policy = policy
        policyIDs = ids
    }

    /// Refuses to set an ACL, of the bucket or of an object in it, where the bucket does not take it.
    ///
    /// - Throws: `Fault` `AccessControlListNotSupported`, `AccessDenied`.
    package func requireSettable(_ acl: CannedACL) throws(Fault) {
        try requireACLs()
        try requireNotBlocked(acl)
    }

    /// - Throws: `Fault` `AccessControlListNotSupported` where the owner of the bucket owns all objects in it.
    package func requireACLs() throws(Fault) {
        guard ownership == .bucketOwnerEnforced else { return }
        throw Fault(.accessControlListNotSupported, "The bucket does not allow ACLs")
    }

    /// Refuses the ACL of an object that is written where the bucket does not take it.
    ///
    /// - Throws: `Fault` `AccessControlListNotSupported`, `AccessDenied`.
    package func requireWritable(_ acl: CannedACL) throws(Fault) {
        // Of the owner of the bucket, who alone writes there, both say what holds without ACLs: rclone and awspub send one by themselves.
        guard [.bucketOwnerFullControl, .private].contains(acl) else { return try requireSettable(acl) }
        try requireNotBlocked(acl)
    }

    private func requireNotBlocked(_ acl: CannedACL) throws(Fault) {
        guard acl.isPublic, publicAccess?.blocksACLs == true else { return }
        throw Fault(.accessDenied, "Public ACLs are blocked by the BlockPublicAcls setting of the bucket")
    }
}

extension Fault {
    fileprivate static let aclUnderEnforcedOwnership = Fault(
        .invalidBucketACLWithObjectOwnership,
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    )
}
