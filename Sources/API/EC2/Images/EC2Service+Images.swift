import Wire

/// The actions on images.
extension EC2Service {
    static let images: [any Action<QueryReader>.Type] = [
        CopyImage.self,
        CreateImage.self,
        CreateImageUsageReport.self,
        DeleteImageUsageReport.self,
        DeregisterImage.self,
        DescribeImageAttribute.self,
        DescribeImageReferences.self,
        DescribeImageUsageReportEntries.self,
        DescribeImageUsageReports.self,
        DescribeImages.self,
        DisableImage.self,
        DisableImageDeprecation.self,
        DisableImageDeregistrationProtection.self,
        EnableImage.self,
        EnableImageDeprecation.self,
        EnableImageDeregistrationProtection.self,
        GetImageAncestry.self,
        ModifyImageAttribute.self,
        RegisterImage.self,
    ]
}
