import Wire

/// The actions on volumes and their snapshots.
extension EC2Service {
    static let volumes: [any Action<QueryReader>.Type] = [
        AttachVolume.self,
        CreateSnapshot.self,
        CreateSnapshots.self,
        CreateVolume.self,
        DeleteVolume.self,
        DescribeVolumeAttribute.self,
        DescribeVolumeStatus.self,
        DescribeVolumes.self,
        DescribeVolumesModifications.self,
        DetachVolume.self,
        EnableVolumeIO.self,
        ModifyVolume.self,
        ModifyVolumeAttribute.self,
    ]
}
