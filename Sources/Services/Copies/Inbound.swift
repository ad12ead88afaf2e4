import Domain
import Transfer

/// What all that is copied into a Region shares: the links from others, each with its limit, and the room on the Region's disk.
package struct Inbound: Sendable {
    let links: [Region: Link]
    /// What the copies into the Region still need of its disk.
    let space = SpaceLedger()

    init(into region: Region, of deployment: Deployment, clock: SteadyClock) {
        links = deployment.regions.mapValues { source in
            Link(limit: deployment.limits.bandwidth[RegionPair(from: source.region, into: region)], clock: clock)
        }
    }
}
