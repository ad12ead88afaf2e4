/// The services that Ferry's client speaks to, by the name that stands in a signature's scope.
package enum AWSService: String, Hashable, Sendable {
    case ec2
    case ebs
    case sts
    case kms
    case s3
    case organizations
    /// What a Ferry has that AWS has not.
    case ferry
}

/// Which URL answers for a service in a Region.
///
/// Ferry answers for every service and Region at one URL and takes both from the signature; AWS has a host for each pair.
package struct Endpoints: Hashable, Sendable {
    /// The URL for every service that has none of its own; absent, the hosts of AWS are used.
    package var everyService: EndpointURL?
    /// URLs that concern one service (`AWS_ENDPOINT_URL_EC2` and its like); they win over `everyService`.
    package var perService: [AWSService: EndpointURL]

    package init(everyService: EndpointURL?, perService: [AWSService: EndpointURL] = [:]) {
        self.everyService = everyService
        self.perService = perService
    }

    /// The hosts of AWS itself.
    package static let aws = Endpoints(everyService: nil)

    /// Whether calls go to AWS, where polling is paid for with request quotas.
    package var isAWS: Bool { everyService == nil && perService[.ec2] == nil }

    /// `https://ec2.eu-west-1.amazonaws.com` and its like, unless a URL was given.
    package func url(of service: AWSService, in region: String) -> EndpointURL {
        if let url = perService[service] ?? everyService { return url }
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return EndpointURL(awsHost: "\(service.rawValue).\(region).\(suffix)")
    }
}
