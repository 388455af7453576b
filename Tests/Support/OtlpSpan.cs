using System.Buffers.Binary;
using System.Text;

namespace Platform.Tests.Support;

/// <summary>A span as it is exported: of opentelemetry/proto/trace/v1/trace.proto what tests ask for.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Source">The instrumentation scope.</param>
/// <param name="Trace">In hexadecimal, as the next two.</param>
/// <param name="Id">Its own.</param>
/// <param name="Parent">Empty for the first of a trace.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Start">In nanoseconds since 1970.</param>
/// <param name="End">As well.</param>
internal sealed record OtlpSpan(string Service, string Source, string Trace, string Id, string Parent, string Name, ulong Start, ulong End)
{
    /// <summary>The spans of an <c>ExportTraceServiceRequest</c>.</summary>
    internal static IEnumerable<OtlpSpan> Read(byte[] request) =>
        from resource in Messages(request, 1)
        let service = (from attribute in Messages(Messages(resource, 1).First(), 1)
                       where Text(attribute, 1) == "service.name"
                       select Text(Messages(attribute, 2).Single(), 1)).First()
        from scope in Messages(resource, 2)
        let source = Text(Messages(scope, 1).First(), 1)
        from span in Messages(scope, 2)
        select new OtlpSpan(service, source, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Number(span, 7), Number(span, 8));

    private static IEnumerable<byte[]> Messages(byte[] message, int field) => from one in Fields(message) where one.Field == field select one.Content;

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Messages(message, field).FirstOrDefault([]));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Messages(message, field).FirstOrDefault([]));

    private static ulong Number(byte[] message, int field) => BinaryPrimitives.ReadUInt64LittleEndian(Messages(message, field).First());

    // https://protobuf.dev/programming-guides/encoding: a field is its number with its wire type, then what that says.
    private static List<(int Field, byte[] Content)> Fields(byte[] message)
    {
        List<(int, byte[])> fields = [];
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var length = (tag & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"There is no wire type {tag & 7}."),
            };
            if ((tag & 7) == 0)
                Varint(message, ref at);
            fields.Add(((int)(tag >> 3), message[at..(at + length)]));
            at += length;
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        for (var (value, shift) = (0UL, 0); ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }
}
