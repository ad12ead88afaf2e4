/// What kernel images (AKIs) are called in other Regions.
///
/// Each Region has ids of its own for the same kernel. These are those of PV-GRUB 1.04 for x86_64 with a disk without partitions
/// (`pv-grub-hd0_1.04-x86_64`), as the EC2 User Guide listed them under "User provided kernels".
package enum KernelMap {
    private static let kernels: [[String: String]] = [
        [
            "ap-northeast-1": "aki-176bf516", "ap-northeast-2": "aki-01a66b6f", "ap-south-1": "aki-a7305ac8",
            "ap-southeast-1": "aki-503e7402", "ap-southeast-2": "aki-c362fff9", "ca-central-1": "aki-320ebd56",
            "eu-central-1": "aki-184c7a05", "eu-west-1": "aki-52a34525", "eu-west-2": "aki-8b6369ef", "sa-east-1": "aki-5553f448",
            "us-east-1": "aki-919dcaf8", "us-east-2": "aki-da055ebf", "us-gov-west-1": "aki-1de98d3e", "us-west-1": "aki-880531cd",
            "us-west-2": "aki-fc8f11cc",
        ]
    ]

    /// The kernel under its id in another Region. One that is not known there keeps its id: it names what its owner knows.
    package static func moved(_ kernel: String?, from source: Region, into destination: Region) -> String? {
        guard let kernel, let ids = kernels.first(where: { $0[source.rawValue] == kernel }) else { return kernel }
        return ids[destination.rawValue] ?? kernel
    }
}
