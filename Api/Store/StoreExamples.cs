using Platform.Api.Http;
using Platform.Api.Store.Carts;
using Platform.Api.Store.Inventory;
using Platform.Api.Store.Orders;
using Platform.Api.Store.Products;
using Platform.Api.Store.Reviews;

namespace Platform.Api.Store;

/// <summary>What the store's requests and answers look like, for the API description.</summary>
internal static class StoreExamples
{
    private static readonly Guid Id = new("01890a5d-ac96-774b-bcce-b302099a8060");
    private static readonly Guid Book = new("01890a5d-ac96-774b-bcce-b302099a8059");
    private static readonly Guid Variant = new("01890a5d-ac96-774b-bcce-b302099a8061");
    private static readonly DateTimeOffset At = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);

    internal static readonly ProductRequest Product = new(Book, "moby-dick", "Moby-Dick", "A captain hunts the white whale that took his leg.", null, "active",
        [new ProductRequest.VariantRequest("MOBY-PB", "paperback", 9.90m, "EUR")], [new ProductRequest.ImageRequest("https://covers.example.org/moby-dick.jpg", "A white whale")]);

    internal static readonly StockEndpoints.MovementRequest Movement = new(12, "receipt", "Spring delivery");

    internal static readonly StockEndpoints.PlanRequest StockPlan = new(5);

    internal static readonly ReviewRequest Review = new(5, "Call it long", "Long, and every page of it earns its place.");

    internal static readonly CartRequest Cart = new([new CartRequest.Item(Variant, 2)]);

    internal static readonly CartRequest.QuantityRequest CartQuantity = new(2);

    internal static readonly CheckoutRequest Checkout = new(new Guid("01890a5d-ac96-774b-bcce-b302099a8062"), [new CheckoutRequest.Item(Variant, 1)]);

    internal static readonly OrderEndpoints.PaymentRequest Payment = new(DevelopmentPaymentGateway.Works);

    private static readonly OrderDetails Ordered = new(
        Id, "paid", "EUR", 9.90m, [new OrderDetails.Item(Variant, Id, "Moby-Dick", "MOBY-PB", 9.90m, 1)],
        new OrderDetails.Address("Ishmael", "Spouter Inn", null, "New Bedford", "MA", "02740", "US", null), At, At.AddMinutes(15), At.AddMinutes(2), null, null, null,
        [new OrderDetails.Charge(new Guid("01890a5d-ac96-774b-bcce-b302099a8063"), "charge", "succeeded", 9.90m, null, At.AddMinutes(2), At.AddMinutes(2))]);

    private static readonly ReviewDetails Shown = new(Id, 5, "Call it long", "Long, and every page of it earns its place.", "Ada", true, 3, At, null);

    /// <summary>An example for each type of answer.</summary>
    internal static readonly IReadOnlyDictionary<Type, object> ByType = new Dictionary<Type, object>
    {
        [typeof(ProductDetails)] = new ProductDetails(Id, Book, "moby-dick", "Moby-Dick", Product.Description, null, "active",
            [new ProductDetails.Variant(Variant, "paperback", "MOBY-PB", 9.90m, "EUR", true)], [new ProductDetails.Image("https://covers.example.org/moby-dick.jpg", "A white whale")]),
        [typeof(Page<ProductSummary>)] = new Page<ProductSummary>(
            [new ProductSummary(Id, Book, "moby-dick", "Moby-Dick", null, [new ProductSummary.Offer("paperback", 9.90m, "EUR")], "https://covers.example.org/moby-dick.jpg")], null),
        [typeof(StockEndpoints.ProductAvailability)] = new StockEndpoints.ProductAvailability(Id, [new StockEndpoints.VariantAvailability(Variant, 9)]),
        [typeof(StockEndpoints.StockDetails)] = new StockEndpoints.StockDetails(Variant, 12, 3, 5),
        [typeof(StockEndpoints.MovementDetails)] = new StockEndpoints.MovementDetails(Id, Variant, 12, "receipt", null, "Spring delivery", At),
        [typeof(CartDetails)] = new CartDetails(
            [new CartDetails.Item(Variant, Id, "moby-dick", "Moby-Dick", "paperback", "MOBY-PB", 2, 9.90m, "EUR", true, 9)], [new CartDetails.Total("EUR", 19.80m)]),
        [typeof(OrderDetails)] = Ordered,
        [typeof(Page<OrderEndpoints.OrderSummary>)] = new Page<OrderEndpoints.OrderSummary>([new OrderEndpoints.OrderSummary(Id, "paid", "EUR", 9.90m, 1, At, At.AddMinutes(15))], null),
        [typeof(ReviewDetails)] = Shown,
        [typeof(Page<ReviewDetails>)] = new Page<ReviewDetails>([Shown], null),
    };
}
