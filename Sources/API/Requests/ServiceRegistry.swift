/// The services that Ferry speaks, and through them every action: what is not here cannot be asked for.
enum ServiceRegistry {
    static let services: [any APIService.Type] = [
        EBSService.self, EC2Service.self, FerryService.self, IAMService.self, KMSService.self, OrganizationsService.self, RBinService.self,
        S3Service.self, STSService.self, ServiceQuotasService.self,
    ]

    /// Those whose requests name their action in a header.
    static let jsonServices = services.compactMap { $0 as? any JSONService.Type }

    private static let byName = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0) })

    /// By the name that signatures have.
    static func named(_ name: String) -> (any APIService.Type)? { byName[name] }
}
