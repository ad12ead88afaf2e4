import Wire

/// The actions on images.
extension EC2Service {
    static let images: [any Action<QueryReader>.Type] = [
        CopyImage.self,
        DeregisterImage.self,
        DescribeImageAttribute.self,
        DescribeImages.self,
        ModifyImageAttribute.self,
        RegisterImage.self,
    ]
}
