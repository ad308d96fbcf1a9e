//! The candidate's path in Chinese (simplified).

use super::candidate::*;
use super::number;

/// 「1 小时 30 分钟」.
fn minutes(n: u64) -> String {
    match (n / 60, n % 60) {
        (0, rest) => format!("{rest} 分钟"),
        (hours, 0) => format!("{hours} 小时"),
        (hours, rest) => format!("{hours} 小时 {rest} 分钟"),
    }
}

/// 「45 分钟」「3 天 5 小时」「88 天」。
fn distance(n: u64) -> String {
    let (days, hours) = (n / 1_440, n % 1_440 / 60);
    match (days, hours) {
        (0 | 1, _) => minutes(n.max(1)),
        (2..7, 1..) => format!("{days} 天 {hours} 小时"),
        _ => format!("{} 天", number(days)),
    }
}

fn time_left(seconds: u64) -> String {
    if seconds < 60 {
        format!("还剩 {seconds} 秒")
    } else {
        format!("还剩 {}", minutes(seconds.div_ceil(60)))
    }
}

pub(super) static CANDIDATE: Candidate = Candidate {
    common: CommonText {
        footer: "本次面试由 Parley 提供支持",
        you: "你",
        try_again: "重试",
        company: "公司",
        ours: PageText {
            title: "我们这边出了问题",
            text: "已发送的内容都已保存。请一分钟后重新加载此页面。",
        },
    },
    landing: LandingText {
        hello: |name| format!("{name}，你好"),
        what_to_expect: "面试须知",
        fact_questions: |n| format!("共 {} 个问题，逐一提问", number(n)),
        fact_time: |n| format!("限时 {}", minutes(n)),
        fact_time_stops: "离开页面时暂停计时。",
        fact_time_away: "离开页面时计时不会暂停。",
        fact_no_limit: "不限时",
        fact_about: |n| format!("大约需要 {}", minutes(n)),
        fact_about_note: "不限时。",
        fact_ai: "你将与 AI 进行文字对话，而不是与真人对话。",
        fact_resume: "你可以中途离开，之后在任何设备上用同一链接继续。",
        recorded_title: "会记录什么",
        recorded: "你的回答，开始、作答和完成的时间，以及此页面打开的时间。邀请你的公司会阅读这些内容，并参考对文字的自动分析。",
        recorded_not: "除此之外不记录任何内容：没有声音、影像或屏幕录制。",
        consent: "我已阅读以上内容，同意记录并分析我的回答。",
        consent_needed: "请先勾选同意再开始。未经你的同意，不会记录任何内容。",
        your_name: "你的姓名",
        your_email: "你的邮箱",
        email_hint: "便于公司与你联系。",
        check_fields: "请检查姓名和邮箱。邮箱示例：ana@example.com",
        continue_note: "有人在此浏览器中开始了这场面试，尚未完成。",
        start_as_someone_else: "以其他人身份开始",
        preview: "预览：这就是候选人看到的页面，任何内容都不会保留。",
        personal_link_title: "你的专属链接",
        personal_link: "请保存此链接，换设备时可用它继续。如果丢失，请向公司索取。",
        start: "开始面试",
        resume: "继续面试",
        resume_note: "你已经开始面试。之前的回答都已保存，可以从上次离开的地方继续。",
        retake_note: "你可以再参加一次这场面试。之前的记录会保留。",
        draft_kept: "你已输入但未发送的内容保存在此浏览器中，进入面试后即可看到。",
        invited_email: "收到邀请的邮箱",
        invited_email_hint: "公司需要确认此链接由受邀者本人打开。",
        invited_email_wrong: "邮箱不匹配。请检查拼写，或向公司确认邀请时使用的邮箱。",
        resume_title: "你的面试正在进行",
    },
    link: LinkText {
        unknown: PageText {
            title: "此链接无效",
            text: "链接可能不完整，或已被新链接取代。请打开你收到的最新链接，或向公司索取。",
        },
        revoked: PageText {
            title: "此链接已停用",
            text: "公司不再通过此链接接受新的面试。请向公司询问是否有其他链接。",
        },
        not_open: PageText {
            title: "面试尚未开放",
            text: "请稍后用同一链接再来，或向公司询问开放时间。",
        },
        opens_at: |at, n| format!("开放时间：{at}（{}后）。", distance(n)),
        moment: "%Y 年 %-m 月 %-d 日 %H:%M（UTC）",
        closed: PageText {
            title: "面试已关闭",
            text: "目前不再接受新的面试。如有疑问，请联系公司。",
        },
        full: PageText {
            title: "名额已满",
            text: "参加人数已达上限。请向公司询问是否会增加名额。",
        },
        paused: PageText {
            title: "面试已暂停",
            text: "目前无法开始新的面试。请稍后用同一链接再来；已经开始的人可以继续。",
        },
        expired: PageText {
            title: "此链接已过期",
            text: "请联系公司延长有效期，之后同一链接即可使用。",
        },
        completed: PageText {
            title: "你已完成这场面试",
            text: "你的回答已提交给公司。",
        },
        time_up: PageText {
            title: "时间到",
            text: "你的回答已保存并提交给公司。",
        },
        idle: PageText {
            title: "面试已关闭",
            text: "面试长时间未完成，已自动关闭。你的回答已保存并提交给公司。",
        },
        ended: PageText {
            title: "公司已结束这场面试",
            text: "你的回答已保存并提交给公司。如有疑问，请联系公司。",
        },
        too_many: PageText {
            title: "尝试次数过多",
            text: "没有任何更改。请十五分钟后重试。",
        },
        ask_retake: "申请再参加一次",
        ask_retake_reason: "为什么希望再参加一次？",
        ask_retake_done: PageText {
            title: "申请已提交给公司",
            text: "公司决定后，此链接会显示结果。",
        },
        take_retake: "再次参加",
        unavailable: PageText {
            title: "暂时无法使用",
            text: "内容没有丢失。请一分钟后重试。",
        },
    },
    chat: ChatText {
        progress: |n, of| format!("第 {n} 题，共 {of} 题"),
        time_left,
        time_warning: |n| format!("还剩 {}。", minutes(n)),
        conversation: "对话",
        your_answer: "你的回答",
        placeholder: "请输入你的回答",
        send: "发送",
        send_hint: "按 Enter 发送，按 Shift+Enter 换行",
        choose_one: "请选择一项",
        choose_many: "请选择所有符合的选项",
        code_hint: "按 Enter 换行，按 Ctrl+Enter 发送",
        sending: "正在发送",
        draft_kept: "草稿已保存在此浏览器中",
        typing: |name| format!("{name}正在输入"),
        away: |n| format!("你离开了 {}", minutes(n)),
        follow_up: "追问",
        sent: "已发送",
        no_script: "发送后，下一个问题会在新页面中打开",
        over: |n| format!("超出 {} 个字符", number(n)),
        set_aside_title: "这是你为另一个问题输入的内容",
        set_aside: "该问题现在不再等待回答，因此没有发送。你可以复制它，或放入当前的回答。",
        take_up: "放入回答",
        discard: "丢弃",
        copy: "复制",
        copied: "已复制",
    },
    trouble: TroubleText {
        offline: PageText {
            title: "未发送：没有网络连接",
            text: "你的回答保存在此浏览器中。请不要关闭此页面，恢复连接后会自动发送。",
        },
        taken_over: PageText {
            title: "你已在其他地方继续",
            text: "面试已在另一个标签页或设备上打开。已发送的内容都已保存。",
        },
        take_back: "在这里继续",
        moved_on: PageText {
            title: "面试已进入下一题",
            text: "该问题已经回答过了，因此这个回答没有保存。之前发送的内容都已保存。",
        },
        replaced: PageText {
            title: "你的链接已失效",
            text: "请向公司索取当前有效的链接。已发送的内容都已保存，你输入的内容仍在这里。",
        },
        too_fast: PageText {
            title: "发送过于频繁",
            text: "你的回答保存在此浏览器中。请等待一分钟后重试。",
        },
        empty: "请先输入回答。",
        too_long: |most| format!("回答过长，请缩短至 {} 个字符以内。", number(most)),
        choose_first: "请先选择一个答案。",
        sent_at_time_up: "时间到时自动发送",
        too_late: PageText {
            title: "时间已到",
            text: "这个回答提交过晚，没有发送。之前发送的内容都已保存。",
        },
        waiting: PageText {
            title: "尚未发送：服务器没有响应",
            text: "你的回答保存在此浏览器中。请不要关闭此页面，系统会自动重试。",
        },
        barred: PageText {
            title: "这个回答未能送达",
            text: "传输途中被拒绝，可能是因为内容过长或包含代码。内容仍在这里：请缩短或修改后重新发送，或换一个网络再试。",
        },
        no_answer: PageText {
            title: "服务器没有响应",
            text: "请检查网络连接，然后再按一次按钮。已发送的内容都已保存。",
        },
        invalid: PageText {
            title: "这个回答无法保存",
            text: "内容为空、超过 20,000 个字符，或不在选项之内。之前发送的内容都已保存。",
        },
        answered: PageText {
            title: "已有保存的回答",
            text: "它与这个回答不同，并保持不变。重新加载此页面即可查看。",
        },
        not_now: PageText {
            title: "目前无法进行",
            text: "目前无法开始这场面试。没有任何更改。",
        },
        send_again: PageText {
            title: "尚未发送",
            text: "你的回答仍在这里。请等待一分钟后再次发送。",
        },
        connection: "你已离线。输入的内容保存在此浏览器中。",
    },
    finish: FinishText {
        finish: "结束面试",
        confirm_title: "确定结束面试吗？",
        confirm_text: "你的回答将提交给公司，之后无法修改或补充。",
        confirm_left: |n| format!("还有 {} 个问题没有回答。", number(n)),
        confirm: "结束",
        go_on: "继续回答",
        all_done: "这是最后一个问题。准备好后请结束面试。",
        closing: PageText {
            title: "感谢你的参与",
            text: "你的回答已保存并提交给公司。",
        },
        closing_next: "公司会阅读你的回答并参考自动分析，之后决定下一步。",
        closing_close: "你可以关闭此页面。",
        preview_over: PageText {
            title: "预览到此结束",
            text: "候选人会在此看到感谢语，并得知回答已提交给你们。你输入的内容不会保留。",
        },
        preview_close: "关闭此标签页即可返回你的面试。",
        all_answered: "你已回答所有问题。",
        draft_left: "尚未发送的回答不会提交。",
        over: "面试已结束。",
        ending: "时间到，面试正在结束。",
        unsent_title: "未发送的内容",
        unsent: "这段内容未被保存。如需保留请复制。",
        unsent_on: "继续",
    },
};
