/// The actions on images.
extension EC2Service {
    static let images: [any EC2Action.Type] = [
        CopyImage.self,
        DeregisterImage.self,
        DescribeImageAttribute.self,
        DescribeImages.self,
        ModifyImageAttribute.self,
        RegisterImage.self,
    ]
}
