using System.Diagnostics;
using Platform.Realtime.Changes;
using Platform.Realtime.Subscriptions;

namespace Platform.Tests.Realtime;

public sealed class NoticeTests
{
    [Fact]
    public void Of_many_who_are_told_the_same_ten_are_in_its_trace()
    {
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var notice = Notice.Of("epoch", "catalog", new ChangeEvent(new ChangePosition(1, 1), ["catalog"], "update", DateTimeOffset.UnixEpoch, "{}"u8.ToArray(), trace));

        var taken = Enumerable.Range(0, 1_000).Select(_ => notice.TakeTrace()).ToList();

        Assert.Equal(10, taken.Count(context => context == trace));
        Assert.Equal(990, taken.Count(context => context == default));
    }
}
