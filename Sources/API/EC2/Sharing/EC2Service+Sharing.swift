import Wire

/// The actions on whom images and snapshots are shared with.
extension EC2Service {
    static let sharing: [any Action<QueryReader>.Type] = [
        CancelImageLaunchPermission.self,
        DisableAllowedImagesSettings.self,
        DisableImageBlockPublicAccess.self,
        DisableSnapshotBlockPublicAccess.self,
        EnableAllowedImagesSettings.self,
        EnableImageBlockPublicAccess.self,
        EnableSnapshotBlockPublicAccess.self,
        GetAllowedImagesSettings.self,
        GetImageBlockPublicAccessState.self,
        GetSnapshotBlockPublicAccessState.self,
        ModifySnapshotAttribute.self,
        ReplaceImageCriteriaInAllowedImagesSettings.self,
        ResetImageAttribute.self,
        ResetSnapshotAttribute.self,
    ]
}
